"""What a maker answers: who owns an entry, what it is for, what is said against a finding, who offers support."""
