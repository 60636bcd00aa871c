"""The labelled posts written for this project; GUIDE.md says how they were labelled."""
