scan_on_push  = false
team          = "platform"
keep          = 3
replicas      = ["eu-west-1"]
upstream_role = "other"
template_for  = ["REPLICATION"]
policy_scope  = "V1"
about         = "Runs half of it"
