"""Processes of Sourcewise: workers, locks, calls between them, and their environment variables."""
