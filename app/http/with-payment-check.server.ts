/** What the hook needs of the request's context. */
type CheckContext = {
  context: { parity: { workspace: { checkInBackground(userId: string): void } } };
};

/**
 * Wraps any Remix loader of a workspace: after its answer is there, the payment of its user is checked in the
 * background, when a check is due. The answer never waits for it, and never fails because of it.
 *
 *     export const loader = withPaymentCheck(({ context }) => context.session.userId, async (args) => …)
 *
 * `userIdOf` says whose payment it is; null: nobody's, nothing is checked.
 */
export function withPaymentCheck<Args extends CheckContext, Answer>(
  findUserId: (args: Args) => string | null | Promise<string | null>,
  loader: (args: Args) => Answer | Promise<Answer>,
): (args: Args) => Promise<Answer> {
  return async (args) => {
    try {
      return await loader(args);
    } finally {
      startCheck(args, findUserId);
    }
  };
}

function startCheck<Args extends CheckContext>(
  args: Args,
  findUserId: (args: Args) => string | null | Promise<string | null>,
): void {
  void Promise.resolve()
    .then(() => findUserId(args))
    .then(
      (userId) => {
        if (userId !== null) args.context.parity.workspace.checkInBackground(userId);
      },
      // Whose payment it is could not be told: the loader has said so to whom it concerns.
      () => {},
    );
}
