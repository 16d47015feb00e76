import posthog

posthog.host = "https://eu.posthog.com"
posthog.capture("someone", "started")
