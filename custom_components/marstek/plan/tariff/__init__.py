"""What the tariff of a home says: colours or prices, asked, kept and published."""
