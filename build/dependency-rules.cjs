/** Which folder may import which: the arrows of ARCHITECTURE.md. */
const layers = {
  contract: [],
  base: ['contract'],
  rtsp: ['base', 'contract'],
  http: ['base', 'rtsp'],
  media: ['base', 'contract', 'rtsp'],
  discovery: ['base', 'contract'],
  store: ['base', 'contract'],
  onvif: ['base', 'contract', 'rtsp'],
  trace: ['base', 'contract', 'rtsp', 'media'],
  cameras: ['base', 'contract', 'rtsp', 'http', 'media', 'store', 'onvif', 'discovery'],
  doctor: ['base', 'contract', 'rtsp', 'media', 'onvif', 'trace', 'cameras'],
  events: ['base', 'contract', 'store', 'onvif', 'cameras'],
  viewers: ['base', 'contract', 'media'],
  site: ['base', 'contract', 'store'],
  diagnostics: ['base', 'contract', 'store'],
  access: ['base', 'contract', 'store'],
  api: [
    'base',
    'contract',
    'media',
    'store',
    'cameras',
    'events',
    'viewers',
    'site',
    'access',
    'discovery',
    'doctor',
  ],
  hosts: ['base', 'contract', 'store', 'access', 'api'],
  demo: ['base', 'contract', 'trace'],
  engine: [
    ...[
      'base',
      'contract',
      'discovery',
      'media',
      'store',
      'cameras',
      'doctor',
      'events',
      'viewers',
      'site',
      'diagnostics',
      'access',
      'api',
      'hosts',
    ],
    'demo',
  ],
  desktop: ['base', 'contract'],
};

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `${layer} imports only what is below it`,
  severity: 'error',
  from: { path: `^main/${layer}/` },
  to: { path: '^(main|renderer|preload)/', pathNot: `^main/(${[layer, ...allowed].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'the product does not import what builds or tests it',
      severity: 'error',
      from: { path: '^(main|preload|renderer)/' },
      to: { path: '^(build|tests)/', dependencyTypesNot: ['type-only'] },
    },
    { name: 'no circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'renderer and preload know the contract only',
      severity: 'error',
      from: { path: '^(renderer|preload)/' },
      to: { path: '^main/', pathNot: '^main/contract/' },
    },
    {
      name: 'only desktop and preload use electron',
      severity: 'error',
      from: { pathNot: '^(main/desktop(/|\\.ts$)|preload/)' },
      to: { path: 'node_modules/electron/|^electron$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the contract runs everywhere',
      severity: 'error',
      from: { path: '^main/contract/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing that cannot be found',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '\\.svelte$|^electron|\\?' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'browser', 'import', 'node', 'default', 'types'],
    },
  },
};
