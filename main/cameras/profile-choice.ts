import type { MediaProfile } from '../onvif/media.ts';

/** Small tiles need no more. */
const enoughForSmallTiles = 640;

/**
 * The largest H.264 picture for large tiles; for small ones, of the same lens, the smallest that is 640 pixels wide or more,
 * else the smallest. Where there is no H.264, the same among the others. Null: there is none.
 */
export function chooseProfiles(profiles: readonly MediaProfile[]): {
  readonly main: MediaProfile | null;
  readonly sub: MediaProfile | null;
} {
  const withVideo = profiles.filter(({ video }) => video !== null);
  const h264 = withVideo.filter(({ video }) => /^h\.?264$/i.test(video?.codec ?? ''));
  // Stable: of equal ones the device's first.
  const ascending = (h264.length > 0 ? h264 : withVideo).toSorted((a, b) => pixels(a) - pixels(b));
  const largest = ascending.at(-1);
  if (largest === undefined) return { main: null, sub: null };
  const main = ascending.find((profile) => pixels(profile) === pixels(largest)) ?? largest;
  const smaller = ascending.filter(
    (profile) =>
      profile.videoSource === main.videoSource && 0 < pixels(profile) && pixels(profile) < pixels(main),
  );
  const sub = smaller.find(({ video }) => (video?.width ?? 0) >= enoughForSmallTiles) ?? smaller[0];
  return { main, sub: sub ?? null };
}

/** What each video source of a recorder, or of a camera with several lenses, sends; none where there is only one. */
export function chooseChannels(
  profiles: readonly MediaProfile[],
): { readonly main: MediaProfile; readonly sub: MediaProfile | null }[] {
  const sources = Map.groupBy(
    profiles.filter(({ video, videoSource }) => video !== null && videoSource !== null),
    ({ videoSource }) => videoSource,
  );
  if (sources.size < 2) return [];
  return [...sources.values()].flatMap((ofSource) => {
    const { main, sub } = chooseProfiles(ofSource);
    return main === null ? [] : [{ main, sub }];
  });
}

/** 0: the device does not say. */
function pixels({ video }: MediaProfile): number {
  return (video?.width ?? 0) * (video?.height ?? 0);
}
