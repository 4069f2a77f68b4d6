/** Where makers put their streams, the most common first. */
export interface StreamPaths {
  readonly main: string;
  readonly sub: string | null;
}

export const streamPaths: readonly StreamPaths[] = [
  // Hikvision, HiLook, Annke, LTS.
  { main: '/Streaming/Channels/101', sub: '/Streaming/Channels/102' },
  // Dahua, Amcrest, Lorex, IC Realtime.
  { main: '/cam/realmonitor?channel=1&subtype=0', sub: '/cam/realmonitor?channel=1&subtype=1' },
  // Reolink.
  { main: '/h264Preview_01_main', sub: '/h264Preview_01_sub' },
  // Axis.
  { main: '/axis-media/media.amp', sub: '/axis-media/media.amp?resolution=640x360' },
  // TP-Link Tapo and VIGI, Mercury.
  { main: '/stream1', sub: '/stream2' },
  // Uniview.
  { main: '/media/video1', sub: '/media/video2' },
  // Hanwha Vision, Samsung.
  { main: '/profile2/media.smp', sub: '/profile3/media.smp' },
  // Vivotek.
  { main: '/live.sdp', sub: '/live2.sdp' },
  // Foscam.
  { main: '/videoMain', sub: '/videoSub' },
  // Many boards from Shenzhen (Hi3518 and its family).
  { main: '/11', sub: '/12' },
  { main: '/live/ch00_0', sub: '/live/ch00_1' },
  { main: '/onvif1', sub: '/onvif2' },
  { main: '/main', sub: '/sub' },
  // Bosch, and everything that serves one stream only.
  { main: '/', sub: null },
];
