from churn import tracking


def test_a_run_leads_back_to_all_that_it_was_made_of(monkeypatch):
    for name in ("GITHUB_SHA", "INFRA_HASH", "LOCK_HASH", "IMAGE_DIGEST", "MODEL_SHA256"):
        monkeypatch.setenv(name, "a")
    monkeypatch.setenv("DATA_VERSION", "md5:b")
    assert set(tracking.tags()) == {
        "git.commit",
        "git.dirty",
        "infra.hash",
        "env.lock_hash",
        "image.digest",
        "model.uri",
        "model.sha256",
        "data.version",
    }
