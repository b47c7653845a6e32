"""What each check calls passed and failed, and when it could not have said either."""
