terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
  backend "s3" {
    key = "production"
  }
}

variable "name" { type = string }
variable "size" { type = string }
variable "replicas" { type = number }
variable "domain" { type = string }
variable "secrets_ref" { type = string }
variable "engine_version" { type = string }
variable "retention_days" { type = number }

module "service" {
  source         = "../../modules/service"
  name           = var.name
  size           = var.size
  replicas       = var.replicas
  retention_days = var.retention_days
}

module "network" {
  source = "../../modules/network"
  domain = var.domain
}
