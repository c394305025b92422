"""What each role does, in a real Chromium against the running stack. (A package, so that the stack ends with it.)"""
