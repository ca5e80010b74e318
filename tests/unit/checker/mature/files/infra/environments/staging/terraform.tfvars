name           = "churn-staging"
size           = "small"
replicas       = 1
domain         = "staging.churn.example"
secrets_ref    = "churn/staging"
engine_version = "17.4"
retention_days = 30
