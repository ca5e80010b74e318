"""Settings of one environment: conf/environments/<ENVIRONMENT>.yaml, then environment variables.

Environments differ in values only. No code asks which environment it runs in.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from .errors import BadInput

FOLDER = Path("conf/environments")


class Settings(BaseSettings):
    """Values that differ between environments; paths are relative to the project's root.

    An environment variable of the same name in capitals wins over the file.
    """

    model_config = SettingsConfigDict(extra="forbid", frozen=True)

    environment: str = "local"
    model_name: str = __name__.partition(".")[0]
    mlflow_tracking_uri: str | None = None
    mlflow_artifacts: Path = Path("mlartifacts")
    data_dir: Path = Path("data")
    models_dir: Path = Path("models")
    reports_dir: Path = Path("reports")
    serving_host: str = "127.0.0.1"
    serving_port: int = 8000
    # Keys come from variables or a mounted file alone, never from a file of this repository.
    api_key_required: bool = True
    api_keys: SecretStr | None = None
    api_keys_file: Path | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (no .env: one source less to search)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (secrets come as variables)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then variables, then the environment's file."""
        environment = os.environ.get("ENVIRONMENT", "local")
        file = YamlConfigSettingsSource(settings_cls, yaml_file=FOLDER / f"{environment}.yaml")
        return init_settings, env_settings, file


def load() -> Settings:
    """Return the settings of the environment that the variable ENVIRONMENT names (default `local`).

    Raises BadInput if there is no such environment or a value is wrong.
    """
    environment = os.environ.get("ENVIRONMENT", "local")
    path = FOLDER / f"{environment}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.yaml"))) or "none"
        raise BadInput(f"no settings for the environment {environment!r}: {path} (known: {known})")
    try:
        return Settings(environment=environment)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{path} or its variables: {name}: {first['msg']}") from None
