"""Settings of one environment: conf/environments/<ENVIRONMENT>.yaml, then environment variables.

Environments differ in values only. No code asks which environment it runs in. The other files of
configuration are read with the two functions at the end, so that all speak of a mistake alike.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, SecretStr, ValidationError
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
    # Where data is kept beside this disk: the name of a remote of .dvc/config, or a URL such as
    # s3://bucket/path. Keys and endpoint of S3 come from AWS's own variables. None: DVC's default.
    dvc_remote: str | None = None
    # The secret with which personal data is hashed; comes as a variable, never from a file in git.
    privacy_key: SecretStr | None = None
    serving_host: str = "127.0.0.1"
    serving_port: int = 8000
    # Whether a first deployment needs a monitoring configuration without gaps.
    monitoring_required: bool = False
    # Whether a version must come from committed code and configuration to be deployed.
    clean_required: bool = False

    # Keys come from variables or a mounted file alone, never from a file of this repository.
    api_key_required: bool = True
    api_keys: SecretStr | None = None
    api_keys_file: Path | None = None

    def registry_stamp(self) -> list[int] | None:
        """Return size and time (ns) of the registry's file; None for a server, which has no file.

        Equal stamps: nothing was logged, registered, promoted or rolled back in between.
        """
        scheme, _, path = (self.mlflow_tracking_uri or "").partition(":///")
        if scheme != "sqlite" or not Path(path).is_file():
            return None
        found = Path(path).stat()
        return [found.st_size, found.st_mtime_ns]

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
        raise BadInput(f"{path} or its variables: {_mistake(error)}") from None


Kind = TypeVar("Kind", bound=BaseModel)


def read_yaml(path: Path) -> Any:
    """Return what a YAML file of the project holds; raises BadInput if it cannot be read."""
    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise BadInput(f"no {path} here: run this from the project's root") from None
    except yaml.YAMLError as error:
        raise BadInput(f"{path} is no YAML: {' '.join(str(error).split())}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from None


def checked(kind: type[Kind], content: object, path: Path, section: str = "") -> Kind:
    """Return `content`, a section of the file at `path` or all of it, as the model `kind`.

    Raises BadInput with one line that names the wrong entry.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise BadInput(f"{path}: {_mistake(error, section)}") from None


def _mistake(error: ValidationError, *within: str) -> str:
    """Say what is wrong first, and where."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in (*within, *first["loc"]) if part != "")
    return f"{place or 'the file'}: {first['msg']}"
