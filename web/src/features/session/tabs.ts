/** What one tab tells the others of the same browser. */
export type TabMessage =
  | { kind: 'signed-in'; userId: string }
  | { kind: 'locked' }
  | { kind: 'signed-out' }
  /** The device is kept unlocked from now on, or no longer. */
  | { kind: 'kept'; userId: string; on: boolean };

export interface Tabs {
  tell(message: TabMessage): void;
  close(): void;
}

export function joinTabs(onMessage: (message: TabMessage) => void): Tabs {
  const channel = new BroadcastChannel('strongroom');
  channel.addEventListener('message', (event: MessageEvent<TabMessage>) => onMessage(event.data));
  return {
    tell: (message) => channel.postMessage(message),
    close: () => channel.close(),
  };
}
