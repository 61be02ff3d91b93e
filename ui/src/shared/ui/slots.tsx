import { createContext, useContext, type ComponentType } from 'react';

/** Pieces that join several stages; `app` fills them, so that no feature knows another. */
export interface Slots {
  readonly LoopStrip: ComponentType;
}

const none: Slots = { LoopStrip: () => null };
const Context = createContext<Slots>(none);
export const SlotsProvider = Context.Provider;

export function useSlots(): Slots {
  return useContext(Context);
}
