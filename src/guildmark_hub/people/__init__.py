"""Who acts: persons, organisations, who belongs where and when, whose key is whose, and the trail of every act."""
