import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';
import { seeing, shown, shownSite } from './visible.ts';

export function siteHandlers(
  { site }: ReturnType<typeof createProcedures>,
  { site: service, cameras, siteFiles, backups, demo, diagnostics, viewers, lan, replay }: Services,
) {
  return {
    watch: site.watch.handler(({ context: { caller, signal } }) => {
      const { rights } = caller.principal;
      const seesCamera = seeing(rights, cameras);
      return shown(service.watch(signal), (state) => shownSite(rights, state, seesCamera));
    }),
    changeSettings: site.changeSettings.handler(({ input }) => service.changeSettings(input)),
    changeAlarms: site.changeAlarms.handler(({ input }) => service.changeAlarms(input)),
    dismissNotice: site.dismissNotice.handler(({ input }) => service.dismissNotice(input.id)),
    backUp: site.backUp.handler(() => backups.backUp()),
    saveDiagnostics: site.saveDiagnostics.handler(() => diagnostics()),
    readReplayMemory: site.readReplayMemory.handler(() => ({
      limitBytes: replay.limitBytes,
      usedBytes: replay.usedBytes,
    })),
    readMediaNetwork: site.readMediaNetwork.handler(() => viewers.networks),
    changeMediaNetwork: site.changeMediaNetwork.handler(({ input }) => viewers.changeNetwork(input)),
    readIceServers: site.readIceServers.handler(() => viewers.iceServers.shown),
    changeIceServers: site.changeIceServers.handler(({ input }) => viewers.iceServers.change(input.servers)),
    readLanHost: site.readLanHost.handler(() => lan.state),
    changeLanHost: site.changeLanHost.handler(({ input }) => lan.change(input)),
    useLanCertificate: site.useLanCertificate.handler(({ input }) => lan.useCertificate(input)),
    useOwnLanCertificate: site.useOwnLanCertificate.handler(() => lan.useCertificate(null)),
    readViewerLimits: site.readViewerLimits.handler(() => viewers.seats.inUse),
    changeViewerLimits: site.changeViewerLimits.handler(({ input }) => viewers.seats.change(input)),
    showDemo: site.showDemo.handler(({ input }) => demo.show(input.count)),
    hideDemo: site.hideDemo.handler(() => demo.hide()),
    check: site.check.handler(({ input }) => siteFiles.check(input)),
    import: site.import.handler(({ input }) => siteFiles.import(input)),
    export: site.export.handler(({ input }) => siteFiles.export(input.passphrase)),
  };
}
