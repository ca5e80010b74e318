"""Settings."""

import os
from pathlib import Path

from pydantic_settings import BaseSettings

FOLDER = Path("conf/environments")


class Settings(BaseSettings):
    """Values of one environment."""

    environment: str
    dvc_remote: str
    data_access: str
    personal_data: str
    deployer: str = ""


def load() -> Settings:
    """Return the settings of the environment that ENVIRONMENT names."""
    return Settings(environment=os.environ["ENVIRONMENT"])
