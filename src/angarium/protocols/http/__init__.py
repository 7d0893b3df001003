"""What every protocol over HTTP shares: exchanges, problem details, sign-in, limits, CORS, the hardened connection."""
