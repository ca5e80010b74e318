import pytest
from churn import settings

ENVIRONMENTS = sorted(path.stem for path in settings.FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_each_environment_is_complete(name, monkeypatch):
    monkeypatch.setenv("ENVIRONMENT", name)
    assert settings.load().environment == name
