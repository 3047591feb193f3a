"""Translation services outside the house: off unless the operator has a key for one and the tenant has agreed."""
