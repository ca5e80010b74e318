resource "aws_ecs_service" "api" {
  name = "api"
}

resource "aws_ecs_service" "mlflow" {
  name = "mlflow"
}
