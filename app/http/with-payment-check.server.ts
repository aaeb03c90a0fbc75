/** The part of the request context that is needed. */
type CheckContext = {
  context: { parity: { workspace: { checkInBackground(userId: string): void } } };
};

/**
 * Wraps a Remix loader of a workspace. After the loader, the payment of the user is checked in the background if a check is
 * due. The response never waits for the check and never fails because of it.
 *
 *     export const loader = withPaymentCheck(({ context }) => context.session.userId, async (args) => …)
 *
 * `findUserId` returns the user to check; null: no check.
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
      // Without a user there is nothing to check. The loader has reported the error.
      () => {},
    );
}
