package dev.espalier.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.Ids;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.Role;
import dev.espalier.platform.TestDatabase;
import dev.espalier.server.identity.Access.Verdict;
import dev.espalier.tracking.ExperimentOfStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let through. In product {@code mail} each role has a member of its own name. */
class AccessTest {
  @TempDir Path folder;
  private Database database;
  private Tokens tokens;
  private Access access;

  @BeforeEach
  void open() {
    MovableClock clock = new MovableClock(Instant.parse("2026-11-20T00:00:00Z"));
    database = TestDatabase.in(folder);
    tokens = new Tokens(database, new Ids(clock, new Random(1)), clock);
    Members members =
        new Members() {
          @Override
          public Optional<Role> role(String product, String user) {
            return product.equals("mail")
                ? Arrays.stream(Role.values()).filter(r -> r.word().equals(user)).findFirst()
                : Optional.empty();
          }

          @Override
          public List<String> products() {
            return List.of("mail", "others");
          }
        };
    access =
        new Access(
            tokens,
            members,
            Permissions.ofThisProgram(),
            new Ownership(
                new MlflowUsers(database, clock),
                members,
                new ExperimentOfStore(database),
                _ -> false));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Optional<String> header(String user) {
    return Optional.of("Bearer " + tokens.create(user, Optional.empty(), Caller.local()).token());
  }

  private boolean allowed(String user, String method, String path) {
    return access.decide(method, path, header(user), true) instanceof Verdict.Allowed;
  }

  @Test
  void each_role_may_do_what_its_row_says_and_nothing_above_it() {
    record Call(Role least, String method, String path) {}
    List<Call> calls =
        List.of(
            new Call(Role.CONSUMER, "POST", "/api/v1/predict/mail"),
            new Call(Role.CONSUMER, "POST", "/v2/models/mail/infer"),
            new Call(Role.VIEWER, "GET", "/api/v1/canvases/mail/conformance"),
            new Call(Role.VIEWER, "GET", "/api/v1/monitors/mail"),
            new Call(Role.CONTRIBUTOR, "POST", "/api/v1/canvases/mail/plan"),
            new Call(Role.CONTRIBUTOR, "POST", "/api/v1/pipelines/mail/runs"),
            new Call(Role.CONTRIBUTOR, "POST", "/api/v1/datasets/rows"),
            new Call(Role.APPROVER, "POST", "/api/v1/canvases/mail/plans/x/approvals"),
            new Call(Role.APPROVER, "POST", "/api/v1/deployments/mail/rollouts/r/approvals"),
            new Call(Role.MAINTAINER, "POST", "/api/v1/deployments/mail/rollback"),
            new Call(Role.MAINTAINER, "POST", "/api/v1/drills/mail/load"));
    for (Call call : calls) {
      for (Role role : Role.values()) {
        assertThat(allowed(role.word(), call.method(), call.path()))
            .as("%s %s as %s", call.method(), call.path(), role.name().toLowerCase(Locale.ROOT))
            .isEqualTo(role.atLeast(call.least()));
      }
      assertThat(access.decide(call.method(), call.path(), Optional.empty(), true))
          .as("at the machine itself")
          .isEqualTo(new Verdict.Allowed(Caller.local()));
    }
  }

  @Test
  void a_member_of_one_product_is_a_stranger_in_another_and_may_begin_a_third() {
    assertThat(allowed("owner", "GET", "/api/v1/canvases/others/conformance")).isFalse();
    assertThat(allowed("owner", "POST", "/api/v1/deployments/others/rollback")).isFalse();
    assertThat(allowed("stranger", "GET", "/api/v1/canvases/mail")).isFalse();
    assertThat(allowed("stranger", "POST", "/api/v1/canvases/new/plan")).isTrue();
    assertThat(allowed("stranger", "POST", "/api/v1/canvases/new/drift/1/revert")).isFalse();
    assertThat(allowed("stranger", "POST", "/api/v1/datasets/rows"))
        .as("a member of no product")
        .isFalse();
    assertThat(access.roles(Caller.named("viewer")))
        .containsExactly(java.util.Map.entry("mail", Role.VIEWER));
    assertThat(access.reads(Caller.named("consumer"), "mail")).isFalse();
    assertThat(access.reads(Caller.named("viewer"), "mail")).isTrue();
  }

  @Test
  void who_comes_through_a_proxy_needs_a_token() {
    assertThat(access.decide("GET", "/api/v1/canvases", Optional.empty(), false))
        .isInstanceOf(Verdict.Unknown.class);
    assertThat(access.decide("GET", "/api/v1/canvases/mail", header("viewer"), false))
        .isEqualTo(new Verdict.Allowed(Caller.named("viewer")));
    assertThat(access.decide("GET", "/healthz", Optional.empty(), false))
        .isInstanceOf(Verdict.Allowed.class);
  }

  @Test
  void a_token_that_does_not_work_is_never_taken_for_the_person_at_the_machine() {
    for (String header :
        List.of("Bearer esp_nothing", "Bearer", "Basic YTpi", "bearer ", "esp_x", "")) {
      assertThat(access.decide("GET", "/api/v1/canvases/mail", Optional.of(header), true))
          .as(header)
          .isInstanceOf(Verdict.Unknown.class);
    }
    assertThat(
            access.decide(
                "GET",
                "/api/v1/me",
                header("viewer").map(h -> h.replace("Bearer", "bearer")),
                true))
        .as("the scheme's case does not matter (RFC 7235)")
        .isInstanceOf(Verdict.Allowed.class);
  }

  @Test
  void what_is_not_declared_is_refused_even_at_the_machine() {
    for (String path :
        List.of(
            "/api/v1/nothing",
            "/api/v1/canvases/mail/nothing",
            "/api/v1/canvases/mail/plan/more",
            "/api/v1",
            "/api",
            "/api/v2/canvases")) {
      assertThat(access.decide("GET", path, Optional.empty(), true))
          .as(path)
          .isInstanceOf(Verdict.NoRoute.class);
    }
    assertThat(access.decide("POST", "/", Optional.empty(), true))
        .isInstanceOf(Verdict.NoRoute.class);
    assertThat(access.decide("GET", "/p/mail/board", Optional.empty(), true))
        .as("a page of the UI")
        .isInstanceOf(Verdict.Allowed.class);
  }
}
