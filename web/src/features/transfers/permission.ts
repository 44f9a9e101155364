/** Whether a file may be read that was chosen before: some browsers ask the person once more after a reload, if they may. */
export async function mayRead(handle: FileSystemFileHandle, ask: boolean): Promise<boolean> {
  const asked = handle as FileSystemFileHandle & Record<'queryPermission' | 'requestPermission', ((mode: { mode: 'read' }) => Promise<PermissionState>) | undefined>;
  try {
    const state = await (ask ? asked.requestPermission : asked.queryPermission)?.call(handle, { mode: 'read' });
    return state === undefined || state === 'granted';
  } catch {
    return false;
  }
}
