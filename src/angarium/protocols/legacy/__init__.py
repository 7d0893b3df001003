"""The JMAP dialect of 2016 and 2017, from before RFC 8620: tables that translate to and from requests of the engine."""
