variable "name" { type = string }
variable "replicas" { type = number }
variable "size" { type = string }
variable "retention_days" { type = number }

resource "aws_ecs_service" "api" {
  name          = "${var.name}-api"
  desired_count = var.replicas
}

resource "aws_ecs_service" "mlflow" {
  name          = "${var.name}-mlflow"
  desired_count = 1
}
