//! What is printed is a policy that IAM takes.
