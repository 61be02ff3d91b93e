package dev.espalier.canvas;

import java.util.List;

/** The order of the board. */
final class Questions {
  static final List<Question<?>> ALL =
      List.of(
          Page.Model.QUESTION,
          Page.Template.QUESTION,
          Page.Name.QUESTION,
          Page.Authors.QUESTION,
          Derived.Dated.QUESTION,
          Derived.Versioned.QUESTION,
          Intent.Background.QUESTION,
          Intent.Value.QUESTION,
          Intent.Objectives.QUESTION,
          Intent.Solution.QUESTION,
          Intent.Feasibility.QUESTION,
          Develop.Data.QUESTION,
          Develop.Metrics.QUESTION,
          Develop.Evaluation.QUESTION,
          Develop.Modeling.QUESTION,
          Develop.Experimentation.QUESTION,
          Practice.Feedback.QUESTION,
          Practice.Project.QUESTION,
          Training.Schedule.QUESTION,
          Training.Where.QUESTION,
          Training.Workflow.QUESTION,
          Training.Distributed.QUESTION,
          Training.Ci.QUESTION,
          Training.Nfr.QUESTION,
          Registry.Decay.QUESTION,
          Registry.Required.QUESTION,
          Registry.Store.QUESTION,
          Registry.Versioning.QUESTION,
          Deploy.Mode.QUESTION,
          Deploy.Format.QUESTION,
          Deploy.LeadTime.QUESTION,
          Deploy.Targets.QUESTION,
          Deploy.ReleasePolicy.QUESTION,
          Deploy.Strategy.QUESTION,
          Serving.Pattern.QUESTION,
          Serving.Mode.QUESTION,
          Serving.Distributed.QUESTION,
          Serving.MultiModel.QUESTION,
          Serving.Fallback.QUESTION,
          Serving.Accelerator.QUESTION,
          Serving.Volume.QUESTION,
          Serving.PreAssertion.QUESTION,
          Watching.Required.QUESTION,
          Watching.Ml.QUESTION,
          Watching.Domain.QUESTION,
          Watching.Decay.QUESTION,
          Watching.Alerts.QUESTION,
          Watching.Retrain.QUESTION);

  private Questions() {}
}
