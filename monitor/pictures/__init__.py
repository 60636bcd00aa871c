"""Pictures of posts: their words, and a fingerprint that finds the same picture again. Faces are not looked for."""
