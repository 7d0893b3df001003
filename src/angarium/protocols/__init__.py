"""Speaking to the world: async, translating, deciding nothing (floor 6)."""
