"""What the user says, as plain frozen data in the SMS API's own words."""
