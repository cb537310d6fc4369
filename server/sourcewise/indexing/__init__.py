"""From files to vectors: plan and apply updates, embed, and leave the machine to its user."""
