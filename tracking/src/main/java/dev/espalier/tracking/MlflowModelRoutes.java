package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.tracking.LoggedModelStore.DatasetFilter;
import dev.espalier.tracking.search.Order;
import dev.espalier.tracking.wire.Checks;
import dev.espalier.tracking.wire.Fields;
import dev.espalier.tracking.wire.WireRoutes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Logged models over MLflow's REST. */
public final class MlflowModelRoutes extends WireRoutes {
  private static final List<String> STATUSES =
      Arrays.stream(LoggedModel.Status.values()).map(Enum::name).toList();
  private final Tracking tracking;

  public MlflowModelRoutes(Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  protected List<Operation> operations() {
    return List.of(
        post("logged-models", this::create),
        post("logged-models/search", this::search),
        get("logged-models/{model_id}", this::get),
        patch("logged-models/{model_id}", this::finish),
        delete("logged-models/{model_id}", this::delete),
        patch("logged-models/{model_id}/tags", this::tag),
        delete("logged-models/{model_id}/tags/{+tag_key}", this::untag),
        post("logged-models/{model_id}/params", this::params));
  }

  private JsonNode create(Fields request) {
    return wrapped(
        tracking
            .models()
            .create(
                new LoggedModels.Draft(
                    Checks.experimentId(request.required("experiment_id")),
                    request.textOr("name", ""),
                    request.textOr("model_type", ""),
                    request.textOr("source_run_id", ""),
                    WireJson.pairs(request, "params"),
                    WireJson.pairs(request, "tags"))));
  }

  private static ObjectNode wrapped(LoggedModel model) {
    ObjectNode json = WireJson.object();
    json.set("model", WireJson.model(model));
    return json;
  }

  private JsonNode get(Fields request) {
    String id = request.required("model_id");
    if (request.flag("allow_deleted", false)) {
      Optional<LoggedModel> model = tracking.models().find(id);
      if (model.isPresent()) {
        return wrapped(model.get());
      }
    }
    return wrapped(tracking.models().get(id));
  }

  private JsonNode finish(Fields request) {
    String status =
        request.choice("status", 1, STATUSES).orElseGet(() -> request.required("status"));
    return wrapped(
        tracking.models().finish(request.required("model_id"), LoggedModel.Status.valueOf(status)));
  }

  private JsonNode delete(Fields request) {
    tracking.models().delete(request.required("model_id"));
    return WireJson.object();
  }

  private JsonNode tag(Fields request) {
    return wrapped(
        tracking.models().tag(request.required("model_id"), WireJson.pairs(request, "tags")));
  }

  private JsonNode untag(Fields request) {
    tracking.models().untag(request.required("model_id"), request.required("tag_key"));
    return WireJson.object();
  }

  private JsonNode params(Fields request) {
    tracking.models().params(request.required("model_id"), WireJson.pairs(request, "params"));
    return WireJson.object();
  }

  private static Optional<DatasetFilter> dataset(Fields fields) {
    return fields
        .text("dataset_name")
        .filter(name -> !name.isEmpty())
        .map(name ->
            new DatasetFilter(name, fields.text("dataset_digest").filter(text -> !text.isEmpty())));
  }

  private JsonNode search(Fields request) {
    List<DatasetFilter> datasets = new ArrayList<>();
    for (Fields dataset : request.objects("datasets")) {
      dataset.required("dataset_name");
      dataset(dataset).ifPresent(datasets::add);
    }
    List<LoggedModels.OrderBy> orders = new ArrayList<>();
    for (Fields order : request.objects("order_by")) {
      orders.add(
          new LoggedModels.OrderBy(
              order.required("field_name"),
              order.flag("ascending", true)
                  ? Order.Direction.ASCENDING
                  : Order.Direction.DESCENDING,
              dataset(order)));
    }
    if (request.texts("experiment_ids").isEmpty()) {
      request.required("experiment_ids");
    }
    Found<LoggedModel> found =
        tracking
            .models()
            .search(
                request.texts("experiment_ids").stream().map(Checks::experimentId).toList(),
                request.textOr("filter", ""),
                datasets,
                orders,
                request.text("page_token").filter(token -> !token.isEmpty()),
                Checks.page(request.number("max_results"), 50, 1_000));
    ObjectNode json = WireJson.object();
    if (!found.rows().isEmpty()) {
      ArrayNode models = json.putArray("models");
      found.rows().forEach(model -> models.add(WireJson.model(model)));
    }
    found.token().ifPresent(token -> json.put("next_page_token", token));
    return json;
  }
}
