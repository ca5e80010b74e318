run "one_replica" {
  command = plan
  variables {
    name     = "churn"
    replicas = 1
  }
  assert {
    condition     = aws_ecs_service.api.desired_count == 1
    error_message = "one replica was asked for"
  }
}
