"""Does MiniWoB++'s tasks with nothing but gofer's view and actions, as an agent could that understands them."""
