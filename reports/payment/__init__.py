"""What is paid after a visit in person, to whom, and what the bank says. No Django in here."""
