import { Form, useNavigation } from "@remix-run/react";
import { Button } from "~/ui/button";

/** Both buttons start a preview, which changes nothing. The second one then opens the confirmation. */
export function SyncAllButtons() {
  const navigation = useNavigation();
  const isBusy = navigation.formAction === "/runs";
  const isConfirming = navigation.formData?.get("confirm") === "1";
  return (
    <>
      <Form method="post" action="/runs">
        <Button type="submit" disabled={isBusy}>
          {isBusy && !isConfirming ? "Previewing…" : "Preview sync…"}
        </Button>
      </Form>
      <Form method="post" action="/runs">
        <input type="hidden" name="confirm" value="1" />
        <Button type="submit" variant="primary" disabled={isBusy}>
          {isBusy && isConfirming ? "Previewing…" : "Sync all…"}
        </Button>
      </Form>
    </>
  );
}
