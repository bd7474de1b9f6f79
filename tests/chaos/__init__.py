"""Days in which anything happens, and the checks that hold in them."""
