package io.bootdistill.examples.ablation;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares methods fairly, in rounds of an {@link Ablation}: each method finds its own rate of three in short runs, then all run
 * for the same time; the best go on, from other seeds and for longer. A method that does not fit the
 * teacher, or diverges at each of its rates, is left out, which the table says.
 *
 * @param tuning length of the runs that find a rate
 * @param budgets lengths of the runs of methods, the first for all
 * @param best how many go on, at least 1
 * @param seeds of the runs that go on, at least 1
 */
public record Tournament(Budget tuning, List<Budget> budgets, int best, int seeds) {

    /** Of a method's own rate, by names for folders. */
    private static final Map<String, Double> RATES = rates();

    private static Map<String, Double> rates() {
        Map<String, Double> rates = new LinkedHashMap<>();
        rates.put("rate-third", 1 / 3.0);
        rates.put("rate-own", 1.0);
        rates.put("rate-thrice", 3.0);
        return rates;
    }

    /**
     * Runs all rounds; what is done already is not repeated.
     *
     * @param jobs runs side by side
     */
    public void run(Ablation ablation, Recipes asked, int jobs) throws IOException {
        Recipes methods = fitting(ablation, asked);
        long seed = ablation.bench().setting().seed();
        Map<String, JsonObject> tried = new LinkedHashMap<>();
        methods.changes().forEach((name, values) -> RATES.forEach((rate, factor) ->
                tried.put(trial(name, rate), withRate(values, factor * ownRate(ablation, methods, name)))));
        if (tuning.isTime()) {
            Paces paces = ablation.bench().paces();
            paces.measure(ablation.bench(), methods);
            methods.changes().keySet().forEach(name -> paces.same(trials(name), name)); // a rate costs nothing
        }
        Recipes trials = new Recipes(methods.source(), tried);
        ablation.run(trials, List.of(tuning), seed, jobs);
        Map<String, JsonObject> tuned = new LinkedHashMap<>();
        for (String name : methods.changes().keySet()) {
            List<String> order = ranked(ablation, trials(name), seed, tuning);
            if (order.isEmpty()) {
                ablation.leaveOut(methods, name, budgets.get(0), "diverged at each rate");
            } else {
                tuned.put(name, tried.get(order.get(0)));
            }
        }
        Recipes all = new Recipes(methods.source(), tuned);
        ablation.run(all, budgets.subList(0, 1), seed, jobs);
        List<String> order = ranked(ablation, List.copyOf(tuned.keySet()), seed, budgets.get(0));
        Recipes chosen = all.only(order.subList(0, Math.min(best, order.size())));
        for (int more = 1; more < seeds; more++) {
            ablation.run(chosen, budgets.subList(0, 1), seed + more, jobs);
        }
        ablation.run(chosen, budgets.subList(1, budgets.size()), seed, jobs);
    }

    private Recipes fitting(Ablation ablation, Recipes methods) {
        Map<String, String> misfits = ablation.misfits(methods);
        misfits.forEach((name, why) ->
                ablation.leaveOut(methods, name, budgets.get(0), "not for this teacher: " + why));
        return methods.only(methods.changes().keySet().stream().filter(name -> !misfits.containsKey(name)).toList());
    }

    private static List<String> trials(String method) {
        return RATES.keySet().stream().map(rate -> trial(method, rate)).toList();
    }

    private static String trial(String method, String rate) {
        return method + "." + rate;
    }

    private static double ownRate(Ablation ablation, Recipes methods, String name) {
        return methods.builder(name, ablation.bench().subject().defaults()).build().optimiser().rate();
    }

    private static JsonObject withRate(JsonObject values, double rate) {
        JsonObject changed = values.deepCopy();
        JsonObject optimiser = changed.has("optimiser") ? changed.getAsJsonObject("optimiser") : new JsonObject();
        optimiser.addProperty("rate", new BigDecimal(rate).round(new MathContext(3)));
        changed.add("optimiser", optimiser);
        return changed;
    }

    /** The names of runs, the best first, without those that diverged. */
    private static List<String> ranked(Ablation ablation, List<String> names, long seed, Budget budget) throws IOException {
        List<AblationResult> results = new ArrayList<>();
        for (String name : names) {
            results.add(ablation.result(name, seed, budget));
        }
        Comparator<AblationResult> best = AblationResult.best(ablation.bench().gauge().measures());
        return results.stream().filter(result -> !result.values().isEmpty()).sorted(best).map(AblationResult::name).toList();
    }
}
