/** Events that are closed also by a reader who leaves before the first one: a generator that never began runs no `finally`. */
export function closedWith<Event>(
  events: AsyncGenerator<Event, void, unknown>,
  close: () => Promise<void>,
): AsyncGenerator<Event, void, unknown> {
  return {
    next: async () => {
      const result = await events.next();
      if (result.done === true) await close();
      return result;
    },
    return: async () => {
      await close();
      return await events.return();
    },
    throw: async (error) => {
      await close();
      return await events.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: close,
  };
}
