"""A proved change for the person who makes it: both requests before and after, as code."""
