package io.bootdistill.config;

import io.bootdistill.matching.Corrector;
import io.bootdistill.matching.Matching;
import io.bootdistill.matching.OnlineSamples;
import io.bootdistill.matching.OnlineWeights;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Derivative;
import io.bootdistill.objective.Pinn;
import io.bootdistill.objective.Trajectories;
import io.bootdistill.phase.Cmt;
import io.bootdistill.phase.Consistency;
import io.bootdistill.phase.Direct;
import io.bootdistill.phase.Progressive;
import io.bootdistill.phase.Tract;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A record with one value changed: each that its constructors let pass. */
final class Variants {

    /** One of each kind, where a type has several. */
    private static final List<Object> KINDS = List.of(
            new Trajectories(8, 2, 3, 0.4, 0, 0), Bootstrap.defaults(), Derivative.defaults(), Pinn.defaults(),
            Direct.defaults(), Cmt.defaults(), Progressive.defaults(), Consistency.defaults(), Tract.defaults(),
            new Boundary.Atom(0.2), new Boundary.Term(0.25, 3), new Boundary.Hard(),
            Limit.ofScheduler(), Limit.none(), Limit.to(2),
            new CorrectorChoice.Automatic(), new CorrectorChoice.None(), new CorrectorChoice.Given(Corrector.defaults()),
            new Matching.Stopped(), new Matching.Through(1), new OnlineSamples.Shared(), new OnlineSamples.Own(2, 0.5),
            new OnlineWeights.Own(), OnlineWeights.Adapter.defaults());

    private Variants() {}

    @SuppressWarnings("unchecked")
    static <R extends Record> List<R> of(R record) {
        List<R> variants = new ArrayList<>();
        RecordComponent[] components = record.getClass().getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            Object[] values = Arrays.stream(components).map(c -> RecordJson.get(c, record)).toArray();
            for (Object other : others(components[i].getType(), values[i])) {
                Object[] changed = values.clone();
                changed[i] = other;
                try {
                    variants.add((R) make(record.getClass(), changed));
                } catch (IllegalArgumentException e) {
                    continue; // not every number fits
                }
            }
        }
        if (record instanceof Length length && !length.isTime()) {
            variants.add((R) Length.time(Duration.ofMinutes(3)));
        }
        return variants;
    }

    /**
     * A record with another value, a number, as its leaf.
     *
     * @throws IllegalArgumentException as the constructors do
     */
    static Object with(Object record, String leaf, double number) {
        String name = leaf.split("\\.")[0];
        if (leaf.startsWith(record.getClass().getSimpleName() + ".")) {
            return with(record, leaf.substring(name.length() + 1), number); // the kind of an alternative
        }
        RecordComponent[] components = record.getClass().getRecordComponents();
        Object[] values = Arrays.stream(components).map(c -> RecordJson.get(c, record)).toArray();
        for (int i = 0; i < components.length; i++) {
            Class<?> type = components[i].getType();
            if (!components[i].getName().equals(name)) {
                continue;
            }
            if (leaf.equals(name)) {
                values[i] = type == int.class ? (Object) (int) number : type == long.class ? (Object) (long) number : number;
            } else {
                Object inner = values[i] instanceof List<?> list ? list.get(0) : values[i];
                Object changed = with(inner, leaf.substring(name.length() + 1), number);
                values[i] = values[i] instanceof List<?> ? List.of(changed) : changed;
            }
        }
        return make(record.getClass(), values);
    }

    private static List<Object> others(Class<?> type, Object value) {
        List<Object> others = new ArrayList<>();
        if (type == double.class) {
            double number = (double) value;
            others.addAll(List.of(0.25, number / 2, number * 2));
        } else if (type == int.class) {
            others.addAll(List.of(3, 2 * (int) value));
        } else if (type == long.class) {
            others.addAll(List.of(3L, 2 * (long) value));
        } else if (type == Path.class) {
            others.add(Path.of("elsewhere"));
        } else if (type.isEnum()) {
            others.addAll(Arrays.asList(type.getEnumConstants()));
        } else if (value instanceof List<?> list) {
            others.addAll(lists(list.stream().map(Phase.class::cast).toList()));
        } else if (!Leaves.alternatives(type).isEmpty()) {
            KINDS.stream().filter(kind -> type.isInstance(kind) && kind.getClass() != value.getClass()).forEach(others::add);
            others.addAll(of((Record) value));
        } else if (value instanceof Record record) {
            others.addAll(of(record));
        }
        others.removeIf(other -> other.equals(value));
        return others;
    }

    /** With another first phase; where there are two, their shares can be exchanged. */
    private static List<List<Phase>> lists(List<Phase> phases) {
        List<List<Phase>> lists = new ArrayList<>();
        Phase first = phases.get(0);
        if (phases.size() == 2) {
            Phase second = phases.get(1);
            lists.add(List.of(first.withShare(second.share()), second.withShare(first.share())));
        }
        for (Phase other : of(first)) {
            List<Phase> list = new ArrayList<>(phases);
            list.set(0, other);
            lists.add(List.copyOf(list));
        }
        return lists;
    }

    /** @throws IllegalArgumentException as the constructor does */
    static Object make(Class<?> type, Object... values) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Arrays.stream(type.getRecordComponents()).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw new AssertionError(e);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
