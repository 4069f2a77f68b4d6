@rem npm runs its scripts in a shell, which must make room for Gatehouse so that signals reach it. Windows has no exec.
@%*
