/*
 * Plain values that both sides need. Without schemas, so that the page can import them without importing zod.
 */

/** How many tiles a wall has. */
export const wallSizes = [1, 4, 9, 16, 25] as const;

/** The wall that a console opens with. */
export const defaultLayoutId = '00000000-0000-4000-8000-000000000001';

/** The most tiles that one window can hold; each is an m-line of the one peer connection. */
export const maximumSlots = 128;
