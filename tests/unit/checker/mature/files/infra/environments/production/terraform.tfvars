name           = "churn-production"
size           = "large"
replicas       = 3
domain         = "production.churn.example"
secrets_ref    = "churn/production"
engine_version = "17.4"
retention_days = 30
