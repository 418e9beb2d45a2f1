"""What people take away with them: statements and reports, as PDF and as workbooks."""
