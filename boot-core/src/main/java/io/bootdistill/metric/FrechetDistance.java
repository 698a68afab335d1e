package io.bootdistill.metric;

import java.util.Objects;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The Fréchet distance of two sets of images, each taken for a Gaussian of its features:
 * ‖μ₁ − μ₂‖² + Tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½). 0 for equal means and covariances; smaller is better. It depends on the number of
 * samples: compare values of equally many alone (Heusel et al. 2017, arXiv 1706.08500; Dowson and Landau 1982).
 */
public final class FrechetDistance {

    private FrechetDistance() {}

    /**
     * The distance of two sets.
     *
     * @throws IllegalArgumentException if the dimensions differ
     * @throws IllegalStateException if a set has fewer than two vectors
     */
    public static double between(FeatureStatistics a, FeatureStatistics b) {
        Objects.requireNonNull(a, "a is missing");
        Objects.requireNonNull(b, "b is missing");
        if (a.dimension() != b.dimension()) {
            throw new IllegalArgumentException(
                    "dimensions are " + a.dimension() + " and " + b.dimension() + ", must be equal");
        }
        return between(a.mean(), a.covariance(), b.mean(), b.covariance());
    }

    /**
     * The distance of N(μ₁, Σ₁) and N(μ₂, Σ₂). The covariances may be singular, as those of few samples are.
     *
     * @param covariance1 [d][d], symmetric, positive semidefinite
     * @param covariance2 likewise
     * @return at least 0
     */
    public static double between(double[] mean1, double[] covariance1, double[] mean2, double[] covariance2) {
        Objects.requireNonNull(mean1, "mean1 is missing");
        Objects.requireNonNull(covariance1, "covariance1 is missing");
        Objects.requireNonNull(mean2, "mean2 is missing");
        Objects.requireNonNull(covariance2, "covariance2 is missing");
        int d = mean1.length;
        if (mean2.length != d || covariance1.length != d * d || covariance2.length != d * d) {
            throw new IllegalArgumentException("lengths are " + d + ", " + covariance1.length + ", " + mean2.length + ", "
                    + covariance2.length + ", must be d, d², d, d²");
        }
        double sum = 0;
        for (int i = 0; i < d; i++) {
            double shift = mean1[i] - mean2[i];
            sum += shift * shift + covariance1[i * d + i] + covariance2[i * d + i];
        }
        return Math.max(0, sum - 2 * traceOfRoot(matrix(covariance1), matrix(covariance2)));
    }

    private static DMatrixRMaj matrix(double[] covariance) {
        int d = (int) Math.sqrt(covariance.length);
        return DMatrixRMaj.wrap(d, d, covariance);
    }

    /**
     * Tr (Σ₁Σ₂)^½ = Σ √eigenvalues of Σ₁^½ Σ₂ Σ₁^½. That product is symmetric, where Σ₁Σ₂ is not: its eigenvalues are real,
     * and what rounding makes negative in a singular direction is 0.
     */
    private static double traceOfRoot(DMatrixRMaj covariance1, DMatrixRMaj covariance2) {
        int d = covariance1.numRows;
        EigenDecomposition_F64<DMatrixRMaj> first = eigen(covariance1, true);
        DMatrixRMaj scaled = new DMatrixRMaj(d, d); // rows √λᵢ·eᵢᵀ: its product with its transpose's is Σ₁
        for (int i = 0; i < d; i++) {
            double root = Math.sqrt(Math.max(0, first.getEigenvalue(i).getReal()));
            DMatrixRMaj vector = first.getEigenVector(i);
            for (int k = 0; k < d; k++) {
                scaled.set(i, k, root * vector.get(k));
            }
        }
        DMatrixRMaj half = new DMatrixRMaj(d, d);
        DMatrixRMaj product = new DMatrixRMaj(d, d);
        CommonOps_DDRM.mult(scaled, covariance2, half);
        CommonOps_DDRM.multTransB(half, scaled, product); // Λ^½ Eᵀ Σ₂ E Λ^½, similar to Σ₁^½ Σ₂ Σ₁^½
        EigenDecomposition_F64<DMatrixRMaj> second = eigen(product, false);
        double trace = 0;
        for (int i = 0; i < d; i++) {
            trace += Math.sqrt(Math.max(0, second.getEigenvalue(i).getReal()));
        }
        return trace;
    }

    private static EigenDecomposition_F64<DMatrixRMaj> eigen(DMatrixRMaj matrix, boolean vectors) {
        DMatrixRMaj symmetric = matrix.copy();
        for (int i = 0; i < matrix.numRows; i++) { // exactly: the decomposition reads one triangle
            for (int k = 0; k < i; k++) {
                double mean = (matrix.get(i, k) + matrix.get(k, i)) / 2;
                symmetric.set(i, k, mean);
                symmetric.set(k, i, mean);
            }
        }
        EigenDecomposition_F64<DMatrixRMaj> eigen =
                DecompositionFactory_DDRM.eig(matrix.numRows, vectors, true);
        if (!eigen.decompose(symmetric)) {
            throw new ArithmeticException("the eigenvalues of a covariance did not converge: are all its values finite?");
        }
        return eigen;
    }
}
