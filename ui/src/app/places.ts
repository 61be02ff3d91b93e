import type { IconName } from '../shared/ui/Icon';

/** The pages of a product, in the order of its life. */
export const places: readonly { to: string; icon: IconName; name: string }[] = [
  { to: '', icon: 'board', name: 'Board' },
  { to: 'canvas', icon: 'canvas', name: 'Canvas' },
  { to: 'conformance', icon: 'conformance', name: 'Conformance' },
  { to: 'runs', icon: 'runs', name: 'Runs' },
  { to: 'experiments', icon: 'experiments', name: 'Experiments' },
  { to: 'models', icon: 'models', name: 'Models' },
  { to: 'rollouts', icon: 'rollouts', name: 'Rollouts' },
  { to: 'monitor', icon: 'monitor', name: 'Monitor' },
  { to: 'incidents', icon: 'incidents', name: 'Incidents' },
  { to: 'try', icon: 'try', name: 'Try it' },
  { to: 'drills', icon: 'drills', name: 'Drills' },
  { to: 'documents', icon: 'documents', name: 'Documents' },
  { to: 'products', icon: 'products', name: 'Products' },
];
