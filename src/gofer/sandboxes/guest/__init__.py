"""What runs inside a sandbox. These files are copied in, so they use the guest's standard library only."""
